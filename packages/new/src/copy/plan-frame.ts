import type { Name } from '../name.ts'
import type { Plan } from '../plan.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { planCopy } from './plan-copy.ts'

export interface FrameRequest {
  workspace: Workspace
  name: Name
  title: string
  port: number
}

// What does not depend on what the plugin is about.
const frame = ['package.json', 'legal.html', 'logo.png', 'src/main.ts']
const tests = ['contract', 'fuzz', 'same-answer', 'start'].map((test) => `test/${test}.test.ts`)
const ownDependency = /^ *"@reference-plugins\/store": .*\n/m

/** The parts of a plugin without auth that do not depend on what it is about, from todo. */
export function planFrame({ workspace, name, title, port }: FrameRequest): Plan {
  const plan = planCopy({ workspace, from: 'todo', name, title, port })
  for (const path of plan.files.keys()) if (![...frame, ...tests].includes(path)) plan.files.delete(path)
  plan.files.set('package.json', String(plan.files.get('package.json')).replace(ownDependency, ''))
  return plan
}
