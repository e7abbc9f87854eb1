import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

// The names under which the Dockerfiles know their base images. No registry of images is needed.
const images = ['docker.io/library/node:24-slim', 'docker.io/library/debian:trixie-slim']
const programs = 'sh env install mkdir cat ls rm chmod readlink dirname basename uname mv ln cp sed grep tr id'.split(
  ' ',
)
const libraries = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1']

/** Runs buildah with a storage of its own. */
export function buildahIn(folder: string) {
  const storage = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run')]
  const run = (...words: string[]): string =>
    execFileSync('buildah', [...storage, ...words], { encoding: 'utf8', maxBuffer: 2 ** 26, timeout: 300_000 }).trim()
  return { storage: storage.join(' '), run }
}

/**
 * Makes an image of this machine's Node.js, npm and the few programs that the Dockerfiles run, and gives it the names of the
 * base images. Returns the options of `buildah build` with which pnpm finds the packages that this machine has.
 */
export function makeBaseImages(folder: string, { run }: ReturnType<typeof buildahIn>): string {
  const root = join(folder, 'base')
  for (const place of ['proc', 'tmp', 'root', 'usr/local/bin', 'usr/local/lib', 'etc/ssl'])
    mkdirSync(join(root, place), { recursive: true })
  // As in Debian.
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', name), { recursive: true })
    symlinkSync(`usr/${name}`, join(root, name))
  }
  const found = programs.map((name) => execFileSync('bash', ['-c', `type -P ${name}`], { encoding: 'utf8' }).trim())
  const node = join(root, 'usr/local/bin/node')
  cpSync(process.execPath, node)
  const files = execFileSync('dpkg', ['-L', ...libraries.filter(isInstalled)], { encoding: 'utf8' }).split('\n')
  const shared = files.filter((file) => /\.so[.0-9]*$/.test(file) && !file.includes('gconv') && existsSync(file))
  for (const file of [...found, ...shared, ...[process.execPath, ...found].flatMap(librariesOf)]) copy(file, root)
  if (existsSync('/etc/ssl/certs'))
    cpSync('/etc/ssl/certs', join(root, 'etc/ssl/certs'), { recursive: true, dereference: true })
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
  const npm = realpathSync(execFileSync('bash', ['-c', 'type -P npm'], { encoding: 'utf8' }).trim())
  cpSync(dirname(dirname(npm)), join(root, 'usr/local/lib/npm'), { recursive: true, dereference: true })
  symlinkSync('../lib/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'))

  const certificates = process.env.NODE_EXTRA_CA_CERTS
  if (certificates) copy(certificates, root)
  const container = run('from', 'scratch')
  run('copy', '--quiet', container, root, '/')
  const variables = ['pnpm_config_store_dir=/store', 'npm_config_prefer_offline=true']
  if (certificates) variables.push(`NODE_EXTRA_CA_CERTS=${certificates}`)
  run('config', ...variables.flatMap((variable) => ['--env', variable]), container)
  for (const image of images) run('commit', '--quiet', container, image)
  run('rm', container)

  const settings = join(homedir(), '.npmrc')
  const store = execFileSync('pnpm', ['store', 'path'], { encoding: 'utf8' }).trim()
  return [
    '--isolation chroot --pull-never --format docker',
    ...(existsSync(settings) ? [`--secret id=npmrc,src=${settings}`] : []),
    ...(existsSync(store) ? [`--volume ${dirname(store)}:/store`] : []),
    ...(existsSync(join(homedir(), '.npm')) ? [`--volume ${homedir()}/.npm:/root/.npm`] : []),
  ].join(' ')
}

function isInstalled(name: string): boolean {
  try {
    execFileSync('dpkg', ['-L', name], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const librariesOf = (file: string): string[] =>
  Array.from(execFileSync('ldd', [file], { encoding: 'utf8' }).matchAll(/(?<==> |\t)\/\S+/g), ([library]) => library)

/** To the same place in the root folder; what a link leads to instead of the link. */
function copy(file: string, root: string): void {
  if (!existsSync(join(root, file))) cpSync(realpathSync(file), join(root, file))
}
