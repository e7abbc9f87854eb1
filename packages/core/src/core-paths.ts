/** The first segments of the paths that core serves itself. */
export const corePaths: readonly string[] = [
  '.well-known',
  'livez',
  'readyz',
  'openapi.json',
  'openapi.yaml',
  'openapi-3.0.json',
  'logo.png',
  'legal',
  'mcp',
  'oauth',
  '_page',
]
