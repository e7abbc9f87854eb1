export { chooseOperations } from './operations.ts'
export { type Budget, type SelectedFrom, Selection } from './selection.ts'
