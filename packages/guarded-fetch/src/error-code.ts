/** The code of the system or of the TLS library in an error or its causes, such as ECONNREFUSED. */
export function errorCode(error: unknown): string | undefined {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const { code } = inner as NodeJS.ErrnoException
    // The other side closed the connection.
    if (typeof code === 'string' && /^(UND_ERR_SOCKET|HPE_)/.test(code)) return 'ECONNRESET'
    if (typeof code === 'string' && !code.startsWith('UND_ERR')) return code
    if (inner instanceof AggregateError && inner.errors[0]) return errorCode(inner.errors[0])
  }
  return undefined
}
