/** More failures than this have another cause than a busy machine. */
const mostFailures = 3

/**
 * The command that runs the failed tests of a step again, without other steps beside it: their files where turbo put
 * `PACKAGE:test: ` before each line, or else the whole step. Undefined if too many tests failed, or if the output does
 * not name them.
 * @param output of Node's test runner
 */
export function rerunCommand(command: string, output: string, failures: number): string | undefined {
  const failed = Array.from(output.matchAll(/^(?:(\S+):test: )?test at (\S+?):\d+:\d+$/gm))
  if (failures === 0 || failures > mostFailures || failed.length !== failures) return undefined
  const commands = failed.map(([, name, file]) => (name === undefined ? command : `pnpm --filter ${name} test ${file}`))
  return [...new Set(commands)].join(' && ')
}
