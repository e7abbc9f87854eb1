import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runPrinted } from '@reference-plugins/testing/printed'
import { main } from '../src/command/command.ts'
import { filesOf, makeWorkspace } from './workspace.ts'

const root = makeWorkspace()
mkdirSync(join(root, 'plugins/half'))
writeFileSync(join(root, 'plugins/half/notes.txt'), 'mine')
const before = filesOf(root)

/** Command lines that are wrong, each with the line that it gets. */
const table: [words: string[], line: string][] = [
  [[], 'Give the plugin a name: pnpm new weather'],
  [['--yes'], 'Give the plugin a name: pnpm new weather'],
  [[''], 'The name "" is empty: use lowercase letters, digits and dashes, such as weather'],
  [['Weather'], 'The name "Weather" must be lowercase letters, digits and dashes: use "weather"'],
  [['myWeather'], 'The name "myWeather" must be lowercase letters, digits and dashes: use "my-weather"'],
  [['my weather'], 'The name "my weather" must be lowercase letters, digits and dashes: use "my-weather"'],
  [['my_weather'], 'The name "my_weather" must be lowercase letters, digits and dashes: use "my-weather"'],
  [['../evil'], 'The name "../evil" must be lowercase letters, digits and dashes: use "evil"'],
  [['@me/weather'], 'The name "@me/weather" must be lowercase letters, digits and dashes: use "me-weather"'],
  [['été'], 'The name "été" must be lowercase letters, digits and dashes: use "e-te"'],
  [['天气'], 'The name "天气" must be lowercase letters, digits and dashes: use "weather"'],
  [['a\nb'], 'The name "a\\nb" must be lowercase letters, digits and dashes: use "a-b"'],
  [['2weather'], 'The name "2weather" must begin with a letter'],
  [['weather-'], 'The name "weather-" must have a letter or a digit after each dash'],
  [['my--weather'], 'The name "my--weather" must have a letter or a digit after each dash'],
  [['w'], 'The name "w" must have at least 2 characters'],
  [['a'.repeat(41)], `The name "${'a'.repeat(41)}" has 41 characters: use at most 40`],
  [['my-plugin'], 'The name "my-plugin" must not say plugin, ChatGPT or OpenAI: directories refuse it'],
  [['chat-gpt'], 'The name "chat-gpt" must not say plugin, ChatGPT or OpenAI: directories refuse it'],
  [['constructor'], 'The name "constructor" is reserved: choose another name'],
  [['to-string'], 'The name "to-string" is reserved: choose another name'],
  [['node-modules'], 'The name "node-modules" is reserved: choose another name'],
  [['con'], 'The name "con" is reserved: choose another name'],
  [['zod'], 'zod is the name of a package that this repository uses: choose another name'],
  [['http'], 'http is the name of a package that this repository uses: choose another name'],
  [['host'], 'host is a package of this repository: choose another name'],
  [['todo'], 'plugins/todo exists: choose another name, or remove the folder'],
  [['half'], 'plugins/half exists: choose another name, or remove the folder'],
  [['a', 'b'], 'One name is needed, and 2 are given: a, b'],
  [['weather', '--form', 'todo'], '--form is not an option: see pnpm new --help'],
  [['weather', '-x'], '-x is not an option: see pnpm new --help'],
  [['weather', '--from'], '--from needs a value: see pnpm new --help'],
  [['weather', '--from='], '--from needs a value: see pnpm new --help'],
  [['weather', '--from', '--auth', 'none'], '--from needs a value: see pnpm new --help'],
  [['weather', '--from', 'todo', '--from', 'news'], '--from is given twice'],
  [['weather', '--from', 'nothing'], '--from nothing: choose todo, stocks, news, notes, flights, food'],
  [['weather', '--from', '../todo'], '--from ../todo: choose todo, stocks, news, notes, flights, food'],
  [['weather', '--auth', 'basic'], '--auth basic: choose none, service, user, oauth'],
  [
    ['weather', '--from', 'news', '--auth', 'none'],
    '--auth none with --from news: news keeps data for each user; choose --auth user or oauth, or another --from',
  ],
  [
    ['weather', '--from', 'news', '--auth', 'service'],
    '--auth service with --from news: news keeps data for each user; choose --auth user or oauth, or another --from',
  ],
  [
    ['weather', '--from', 'notes', '--auth', 'user'],
    '--auth user with --from notes: notes asks for scopes, which only oauth has; choose --auth oauth, or another --from',
  ],
  [['weather', '--port', 'x'], 'The port "x" must be a number from 1024 to 65535'],
  [['weather', '--port', '80'], 'The port "80" must be a number from 1024 to 65535'],
  [['weather', '--port', '70000'], 'The port "70000" must be a number from 1024 to 65535'],
  [['weather', '--port', '3.5e3'], 'The port "3.5e3" must be a number from 1024 to 65535'],
  [['weather', '--port=-1'], 'The port "-1" must be a number from 1024 to 65535'],
  [['weather', '--port', '3334'], 'The port 3334 is that of stocks: choose another, such as 3337'],
  [['weather', '--port', '3000'], 'The port 3000 is that of the host: choose another, such as 3337'],
  [['weather', '--title', ' '], 'The title " " must be words, without a space before or after them'],
  [
    ['weather', '--title', 'x'.repeat(21)],
    `The title "${'x'.repeat(21)}" has 21 characters: give one of at most 20 with --title`,
  ],
  [
    ['weather', '--title', "It's"],
    'The title "It\'s" must have no quotes, angle brackets, &, backslashes or line breaks',
  ],
  [['weather', '--title', '<b>'], 'The title "<b>" must have no quotes, angle brackets, &, backslashes or line breaks'],
  [
    ['weather', '--title', 'My plugin'],
    'The title "My plugin" must not say plugin, ChatGPT or OpenAI: directories refuse it',
  ],
  [
    ['a-name-that-is-rather-long'],
    'The title "A name that is rather long" has 26 characters: give one of at most 20 with --title',
  ],
  [['weather', '--yes=no'], '--yes takes no value'],
  [['weather', '--include', 'pets'], '--include is only for --openapi'],
  [['weather', '--base-url', 'https://a.example.com'], '--base-url is only for --openapi'],
  [['weather', '--openapi', 'a.yaml', '--from', 'todo'], 'Give --from or --openapi, not both'],
  [['weather', '--openapi'], '--openapi needs a value: see pnpm new --help'],
]

for (const [words, line] of table)
  test(`pnpm new ${words.map((word) => JSON.stringify(word)).join(' ')}`, async () => {
    const { code, output } = await runPrinted((given) => main(given, root), words)
    assert.deepEqual([output, code], [line, 2])
    assert.doesNotMatch(output, /\n/)
    assert.deepEqual(filesOf(root), before)
  })

test('a folder without plugins gets one line', async () => {
  const { code, output } = await runPrinted((given) => main(given, '/nowhere'), ['weather'])
  assert.deepEqual([output, code], ['There is no plugin in the folder plugins to start from', 2])
})
