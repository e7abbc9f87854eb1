import { readFileSync } from 'node:fs'

/** A command and what it must show to pass. */
export interface Step {
  title: string
  command: string
  environment?: Record<string, string>
  /** Whether the command prints the totals of Node's test runner. A step without them passes or fails as a whole. */
  hasTotals?: boolean
  /** Output that makes the step fail. */
  refused?: RegExp
  /** What must be installed, beside the packages. */
  needs?: readonly (keyof typeof preparation)[]
  /** About how many processors it uses. By default 1. */
  load?: number
  /** What only one step may use at a time: the ports of the README, or the folders in which tarballs are built. */
  uses?: 'ports' | 'tarballs'
}

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const browser = process.env.CHROMIUM ?? '/usr/bin/chromium'
const [testCommand = 'false'] = /^npx .* pnpm test$/m.exec(readme) ?? []

// The full suite runs on Node 24. These run on the others too, because they depend on what Node itself provides.
const oldest = '22.23.3'
const otherVersions = [oldest, '26']
const onEveryVersion = [
  'pnpm --filter @reference-plugins/store test',
  'pnpm --filter @reference-plugins/core test',
  'pnpm --filter todo test test/{database,durability,plugin,same-answer,several-instances,start,stop,workers}.test.ts',
  'pnpm --filter @reference-plugins/contract test test/command.test.ts',
  'pnpm --filter @reference-plugins/host test test/command.test.ts',
  'pnpm --filter @reference-plugins/packing test test/standalone.test.ts',
  'pnpm --filter @reference-plugins/telemetry test',
]

// The tests that touch data, and those of the store on Postgres alone. The others run once, on SQLite.
const onPostgres = {
  'the store, todo and news': [
    'pnpm --filter @reference-plugins/store exec run-tests test/{postgres,full-text}/*.test.ts test/{database,statement-channel,counts,lease}.test.ts',
    'pnpm --filter todo test test/{plugin,durability,same-answer,several-instances,start,stop,workers}.test.ts',
    'pnpm --filter news test test/feeds/{feed-identity,feed-poller,migration,save-articles,several-instances}.test.ts test/{plugin,auth,isolation,same-answer,search,start}.test.ts',
  ],
  'notes, food and flights': [
    'pnpm --filter notes test test/notebook/*.test.ts test/{plugin,account,auth,isolation,note-files,same-answer,search,start}.test.ts',
    'pnpm --filter food test test/{plugin,same-answer,start}.test.ts test/payments/*.test.ts',
    'pnpm --filter flights test test/bookings/*.test.ts test/{plugin,account,isolation,same-answer,several-instances,start}.test.ts',
  ],
  'the authorization server, the host and core': [
    'pnpm --filter @reference-plugins/oauth-server test test/{account,authorize,flow,https,race,several-instances,store,token}.test.ts',
    'pnpm --filter @reference-plugins/host test test/{account,confirmation,converse,durability,migration,play,register,search,several-instances,sign-in,vault,workers,workspace}.test.ts',
    'FAULT_RUNS=100 pnpm exec run-tests packages/testing/test/faults/shop.test.ts plugins/{food,flights}/test/faults.test.ts',
    'pnpm --filter @reference-plugins/core test test/{acting,acting-mcp,elicitation,shared-limits,tasks,tasks-killed}.test.ts',
  ],
}

const world = 'packages/contract/test/world'
const pythonFrameworks =
  'python3-fastapi python3-uvicorn python3-multipart python3-flask python3-apispec python3-marshmallow python3-djangorestframework python3-uritemplate'

/** What steps need, by name. They are installed side by side, and each step waits only for its own. */
export const preparation = {
  packages: {
    title: 'the packages are installed',
    command: 'pnpm install --frozen-lockfile',
    refused: /not recognized/i,
  },
  mcp: {
    title: 'the MCP suites are installed',
    command: 'npm ci --ignore-scripts --no-audit --no-fund --prefix .ci/mcp',
  },
  telemetry: {
    title: 'a receiver of telemetry is installed, or its test is skipped',
    command: 'npm ci --ignore-scripts --no-audit --no-fund --prefix .ci/telemetry || echo skipped',
  },
  world: {
    title: 'servers of other authors are installed, or their tests are skipped',
    command: [
      `npm ci --ignore-scripts --no-audit --no-fund --prefix ${world} || echo skipped`,
      `test -x /usr/sbin/pdns_server || .ci/install-packages pdns-server pdns-backend-sqlite3 || echo skipped`,
      `test -d /usr/lib/python3/dist-packages/fastapi || .ci/install-packages ${pythonFrameworks} || echo skipped`,
    ].join('; '),
  },
  postgres: {
    title: 'Postgres and PgBouncer are installed',
    command:
      '{ test -d /usr/lib/postgresql && command -v pgbouncer; } || .ci/install-packages postgresql pgbouncer openssl',
  },
  proxies: {
    title: 'nginx and Caddy are installed, or their tests are skipped',
    command:
      '{ command -v nginx && command -v caddy && command -v openssl; } || .ci/install-packages nginx caddy openssl || echo skipped',
  },
  kubernetes: {
    title: 'the schemas of Kubernetes are installed, or their test is skipped',
    command: 'npm ci --ignore-scripts --no-audit --no-fund --prefix .ci/deploying || echo skipped',
  },
  images: {
    title: 'Postgres, and what makes and checks images, are installed, or their tests are skipped',
    command:
      '{ ls /usr/lib/postgresql/*/bin/initdb && command -v buildah && command -v docker-compose && command -v systemd-analyze; } || .ci/install-packages postgresql buildah docker-compose systemd || echo skipped',
  },
  browser: {
    title: 'a browser is installed',
    command: `test -x ${browser} || { apt-get update -q && apt-get install -y -q -o DPkg::Lock::Timeout=300 chromium && test -x ${browser}; }`,
  },
} satisfies Record<string, Omit<Step, 'needs'>>

/** The steps by group. Those of all groups that are run may run side by side. */
export const groups: Record<string, Step[]> = {
  check: [
    {
      title: 'lint, format, types, generated files, docs',
      command: 'pnpm check',
      needs: ['mcp', 'telemetry', 'world', 'kubernetes'],
    },
    { title: 'the types of the MCP tests', command: 'pnpm exec tsc --noEmit -p .ci/mcp', needs: ['mcp'] },
    {
      title: 'the commands of the README and the docs',
      command: 'pnpm exec run-tests .ci/readme.test.ts .ci/rerun.test.ts .ci/schedule.test.ts',
      hasTotals: true,
      uses: 'ports',
    },
  ],
  test: [
    {
      title: 'pnpm test, as the README says',
      command: testCommand,
      hasTotals: true,
      needs: ['browser'],
      load: 2,
      uses: 'tarballs',
    },
  ],
  clients: [
    { title: 'the contract tester finds nothing in the plugins', command: 'pnpm contract --strict' },
    {
      title: 'the suites and clients of MCP',
      command: "pnpm exec run-tests --test-concurrency=2 '.ci/mcp/*.test.ts'",
      hasTotals: true,
      needs: ['mcp', 'browser'],
    },
    {
      title: 'a telemetry server of other authors reads what is sent',
      command: 'pnpm exec run-tests .ci/telemetry/receiver.test.ts',
      hasTotals: true,
      needs: ['telemetry'],
    },
  ],
  new: [
    {
      title: 'pnpm new makes plugins that pass, and the page about it is right',
      command: 'pnpm exec run-tests .ci/new.test.ts',
      hasTotals: true,
      uses: 'ports',
    },
    {
      title: 'the first minutes of a newcomer, in a terminal and a browser',
      command: 'pnpm exec run-tests .ci/first-minutes.test.ts',
      hasTotals: true,
      needs: ['browser'],
      uses: 'ports',
    },
  ],
  fuzz: [
    {
      title: 'a long fuzz of todo',
      command: 'pnpm --filter todo test test/fuzz.test.ts',
      environment: { FUZZ_REQUESTS: '50000' },
      hasTotals: true,
    },
    {
      title: 'long fuzzes of MCP and of the other plugins',
      command:
        "pnpm exec run-tests packages/core/test/mcp-fuzz.test.ts 'plugins/{notes,news,stocks,food,flights}/test/fuzz.test.ts'",
      environment: { FUZZ_REQUESTS: '10000' },
      hasTotals: true,
    },
    {
      title: 'long fuzzes of the reader and of tools',
      command:
        "pnpm exec run-tests 'packages/reader/test/{fuzz,request}.test.ts' 'packages/host/test/tools/{fuzz,tool}.test.ts'",
      environment: { FUZZ_DOCUMENTS: '5000' },
      hasTotals: true,
    },
    {
      title: 'long comparisons of todo with the original service, and many kills',
      command: 'pnpm --filter todo test test/seed.test.ts test/durability.test.ts',
      environment: { FUZZ_SEQUENCES: '120', FUZZ_ROUNDS: '8' },
      hasTotals: true,
    },
    {
      title: 'many schedules of crashes and repeated calls, for a shop',
      command: 'pnpm exec run-tests packages/testing/test/faults/shop.test.ts',
      environment: { FAULT_RUNS: '10000', FAULT_POINTS: 'all' },
      hasTotals: true,
    },
    {
      title: 'many schedules of crashes and repeated calls, for food and flights',
      command: "pnpm exec run-tests --test-concurrency=2 'plugins/{food,flights}/test/faults.test.ts'",
      environment: { FAULT_RUNS: '2000', FAULT_POINTS: 'all' },
      hasTotals: true,
      load: 2,
    },
    {
      title: 'a plugin is killed at each point of a call that acts',
      command:
        "pnpm exec run-tests --test-concurrency=1 packages/testing/test/faults/kill.test.ts 'plugins/{food,flights}/test/kill.test.ts'",
      environment: { FAULT_POINTS: 'all' },
      hasTotals: true,
    },
    {
      title: 'every defect is found when all operations are called',
      command: 'pnpm --filter @reference-plugins/contract test test/mutants.test.ts',
      environment: { FUZZ_MUTANTS: 'complete' },
      hasTotals: true,
    },
  ],
  world: [
    {
      title: 'the contract tester on servers of other authors: nothing false',
      command: `pnpm exec run-tests ${world}/correct.world.ts`,
      hasTotals: true,
      needs: ['world'],
    },
    {
      title: 'the contract tester on servers of other authors: at least 90% of planted defects',
      command: `pnpm exec run-tests ${world}/defects.world.ts`,
      hasTotals: true,
      needs: ['world'],
    },
    {
      title: 'plugins of OpenAPI documents of 20 kinds, called against mocks of their APIs',
      command: 'pnpm exec run-tests packages/new/test/openapi/prism.world.ts',
      hasTotals: true,
      needs: ['world'],
    },
    {
      title: 'plugins of real OpenAPI documents type-check and start, where the documents are there',
      command: 'pnpm exec run-ts packages/new/test/openapi/check-corpus.ts',
      needs: ['world'],
    },
  ],
  deploy: [
    {
      title: 'images, balancers, back-ups and rotations, as docs/deploying.md describes them',
      command: "pnpm exec run-tests --test-concurrency=2 '.ci/deploying/*.test.ts'",
      hasTotals: true,
      needs: ['postgres', 'proxies', 'kubernetes', 'images'],
    },
  ],
  postgres: Object.entries(onPostgres).map(([what, commands]) => ({
    title: `the tests that touch data, on Postgres: ${what}`,
    command: `pnpm exec run-ts packages/testing/bin/with-postgres.ts bash -c '${inTurn(commands)}'`,
    hasTotals: true,
    needs: ['postgres'],
  })),
  proxies: [
    {
      title: 'every plugin and the host under a path of a domain, behind nginx and Caddy',
      command: 'pnpm exec run-tests .ci/proxies/proxies.test.ts',
      hasTotals: true,
      needs: ['proxies', 'browser'],
    },
  ],
  versions: [
    ...otherVersions.map((version) => ({
      title: `the tests that depend on Node, on Node ${version}`,
      command: onNode(version, onEveryVersion),
      hasTotals: true,
    })),
    {
      title: 'the tarballs, on the oldest Node that they support',
      command: onNode(oldest, ['pnpm --filter @reference-plugins/packing test test/tarballs.test.ts']),
      hasTotals: true,
      uses: 'tarballs',
    },
  ],
}

function onNode(version: string, commands: string[]): string {
  return `npx -y -p node@${version} -p pnpm@12.21.0 bash -c '${inTurn(commands)}'`
}

/** Runs every command, also after one that fails. */
function inTurn(commands: string[]): string {
  return `${commands.map((command) => `${command} || failed=1`).join('; ')}; exit $((failed))`
}
