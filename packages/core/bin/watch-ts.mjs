#!/usr/bin/env -S node --watch --watch-preserve-output --disable-warning=ExperimentalWarning
import './run-ts.mjs'
