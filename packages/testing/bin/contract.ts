#!/usr/bin/env node
import { main } from '@reference-plugins/contract/command'
import { workspacePlugins } from '@reference-plugins/testing/processes'

// The contract tester, which without an address checks the plugins of this workspace.
process.exitCode = await main(process.argv.slice(2), workspacePlugins)
