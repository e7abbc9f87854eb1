import '@reference-plugins/testing/cheap-passwords'

/** Runs plugins of this repository in one process, one after the other: PLUGINS has their variables. */
const plugins = JSON.parse(process.env.PLUGINS ?? '') as { main: string; variables: NodeJS.ProcessEnv }[]
for (const { main, variables } of plugins) {
  Object.assign(process.env, variables)
  await import(main)
}
