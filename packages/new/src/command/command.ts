/** Makes a plugin. Returns the exit code. */
export async function main(_words: string[]): Promise<number> {
  return 2
}
