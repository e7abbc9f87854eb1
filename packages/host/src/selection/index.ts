export { type Budget, type SelectedFrom, Selection } from './selection.ts'
