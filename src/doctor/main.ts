/** The doctor from a terminal: what it is asked, and what it ends with. */
import { doctor } from './doctor.ts';

process.exit(await doctor(process.argv.slice(2), (line) => console.log(line)));
