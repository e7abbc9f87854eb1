import { resolve } from 'node:path'
import { pack } from '../src/pack.ts'

const tarballs = await pack(process.cwd(), resolve(process.argv[2] ?? 'dist'))
for (const file of tarballs.values()) console.log(file)
