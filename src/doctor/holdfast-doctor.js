#!/usr/bin/env bun
import './main.ts';
