/** HTTP headers, one per line. */
export const headerLines = (headers: Record<string, string>): string =>
  Object.entries(headers)
    .map((pair) => pair.join(': '))
    .join('\n')
