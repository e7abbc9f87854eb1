// With --import: keeps compiled modules in the folder for temporary files, for this process and those it starts.
import { enableCompileCache } from 'node:module'

const { directory } = enableCompileCache()
if (directory) process.env.NODE_COMPILE_CACHE ??= directory
