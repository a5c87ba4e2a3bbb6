/** The supervisor of the development server: what it starts again, when, and what it ends with. */
import { describe, expect, it } from 'bun:test';
import { Supervisor } from '../../../scripts/dev/supervisor.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function supervised() {
	const clock = new FakeClock();
	const log: string[] = [];
	let exited: (code: number | null, signal: string | null) => void = () => {};
	const supervisor = new Supervisor({
		clock,
		spawn(onExit) {
			exited = onExit;
			log.push('spawn');
			return { kill: (signal) => log.push(signal), send: (message) => log.push(`send ${message}`) };
		},
		say: (text) => log.push(text),
		over: (code) => log.push(`over ${code}`),
	});
	supervisor.start();
	return { clock, supervisor, log, exit: (code: number | null, signal: string | null = null) => exited(code, signal) };
}

describe('the supervisor of the development server', () => {
	it('killed -> dead for as long as was asked -> started, and it says why', async () => {
		const { clock, supervisor, log, exit } = supervised();
		supervisor.ready();
		supervisor.kill(3_000);
		exit(null, 'SIGKILL');
		await clock.advance(2_999);
		expect(log).toEqual(['spawn', 'SIGKILL', 'The server was killed. It starts again in 3 s.']);
		await clock.advance(1);
		expect(log.at(-1)).toBe('spawn');
		expect(supervisor.report).toEqual({ startedAfter: 'kill', kills: 1 });
	});

	it('killed by somebody else -> started at once', async () => {
		const { clock, supervisor, log, exit } = supervised();
		supervisor.ready();
		exit(null, 'SIGKILL');
		await clock.advance(0);
		expect(log).toEqual(['spawn', 'The server was killed. It starts again at once.', 'spawn']);
	});

	it('a start that fails is the end, with its code: it has said why', () => {
		const { log, exit } = supervised();
		exit(3);
		expect(log).toEqual(['spawn', 'over 3']);
	});

	it('crashes again and again -> ever longer pauses; one that ran for a while begins anew', async () => {
		const { clock, supervisor, log, exit } = supervised();
		for (let crash = 0; crash < 6; crash++) {
			supervisor.ready();
			exit(1);
			await clock.advance(8_000);
		}
		const pauses = () => log.filter((line) => line.startsWith('The server')).map((line) => / in ([\d.]+) s/.exec(line)?.[1]);
		expect(pauses()).toEqual(['0.5', '1', '2', '4', '8', '8']);
		supervisor.ready();
		await clock.advance(10_001);
		exit(null, 'SIGSEGV');
		expect(pauses().at(-1)).toBe('0.5');
		expect(log.at(-1)).toBe('The server ended with SIGSEGV. It starts again in 0.5 s.');
		expect(supervisor.report.startedAfter).toBe('crash');
	});

	it('an edit -> the same process is ready again', () => {
		const { supervisor, log } = supervised();
		supervisor.ready();
		expect(supervisor.report.startedAfter).toBe('first');
		supervisor.ready();
		expect(supervisor.report.startedAfter).toBe('edit');
		expect(log).toEqual(['spawn']);
	});

	it('asked to leave -> passes it on, and again when asked again, and ends with what the server ends with', async () => {
		const { clock, supervisor, log, exit } = supervised();
		supervisor.ready();
		supervisor.leave('SIGINT');
		await clock.advance(1_000);
		supervisor.leave('SIGINT');
		exit(1);
		supervisor.leave('SIGINT');
		expect(log).toEqual(['spawn', 'SIGINT', 'SIGINT', 'over 1']);
	});

	it('one press that comes by way of each `bun run` above -> the server is asked once', async () => {
		const { clock, supervisor, log, exit } = supervised();
		supervisor.ready();
		for (let way = 0; way < 3; way++) {
			supervisor.leave('SIGINT');
			await clock.advance(20);
		}
		exit(0);
		expect(log).toEqual(['spawn', 'SIGINT', 'over 0']);
	});

	it('asked to leave while the server is dead -> starts nothing any more', async () => {
		const { clock, supervisor, log, exit } = supervised();
		supervisor.ready();
		supervisor.kill(5_000);
		exit(null, 'SIGKILL');
		supervisor.kill(0);
		supervisor.send('into the void');
		supervisor.leave('SIGTERM');
		await clock.advance(60_000);
		expect(log.slice(3)).toEqual(['over 0']);
		expect(clock.pending).toBe(0);
	});
});
