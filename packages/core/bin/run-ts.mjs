#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// run-ts FILE [ARGUMENT…] runs a TypeScript file. watch-ts also restarts it when a file that it imports changes.
import './compile-cache.mjs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

process.argv.splice(1, 2, resolve(process.argv[2] ?? 'src/main.ts'))
await import(pathToFileURL(process.argv[1]).href)
