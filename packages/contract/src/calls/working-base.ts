import type { Report } from '../rules/finding.ts'
import type { Spec } from '../spec/spec.ts'
import { exchange } from './exchange.ts'

/**
 * The URL before the path of each operation: that of the spec, unless every path is lost there and one is known without
 * it. A mock server, or a server behind a gateway, does not have the base path of the public address.
 */
export async function findWorkingBase({ base, operations }: Spec, baseUrl: string, report: Report): Promise<string> {
  const plain = baseUrl.replace(/\/+$/, '')
  if (base === plain || base === '') return base
  const paths = [...new Set(operations.filter((one) => one.base === undefined).map(({ path }) => path))]
    .sort((a, b) => a.split('{').length - b.split('{').length)
    .slice(0, 3)
    .map((path) => path.replaceAll(/\{[^{}]*\}/g, '1'))
  const isKnown = async (url: string): Promise<boolean> => {
    for (const path of paths) {
      report.calls++
      const status = await exchange(url + path).then(
        (answer) => answer.status,
        () => 0,
      )
      if (status !== 404 && status !== 0) return true
    }
    return false
  }
  if ((await isKnown(base)) || !(await isKnown(plain))) return base
  report.add('spec-server', 'spec', `no path is found below ${base}, and they are below ${plain}`, {
    pointer: '/servers',
    severity: 'warning',
  })
  return plain
}
