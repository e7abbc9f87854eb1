interface Spec {
  paths: Record<string, Record<string, unknown>>
}

/**
 * Calls the first operation that reads, without its inputs: the status is 401 if the token is refused, and otherwise 200,
 * or 400 or 404 where it needs inputs.
 */
export async function firstStatus(url: string, token?: string): Promise<number> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as Spec
  const [path] = Object.entries(paths).find(([, methods]) => 'get' in methods) ?? []
  if (path === undefined) throw new Error('The plugin has no operation that reads')
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return (await fetch(url + path.replaceAll(/\{\w+\}/g, 'none'), { headers })).status
}
