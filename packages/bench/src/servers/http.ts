import { servePlain } from './plain.ts'
import { todos } from './todos.ts'

servePlain(todos)
