// LoopBack's own example, as its package has it. Its geocoder is a service of another host, so a local one stands in.
import { TodoListApplication } from '@loopback/example-todo'

const app = new TodoListApplication({ rest: { port: Number(process.argv[2]), host: '127.0.0.1' } })
await app.boot()
app.bind('datasources.config.db').to({ name: 'db', connector: 'memory' })
app.bind('services.Geocoder').to({ geocode: async () => [{ x: 0, y: 0 }] })
await app.start()
