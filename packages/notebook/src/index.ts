export {
  longestNote,
  type NewNote,
  type Note,
  type NoteChange,
  type NoteFilter,
  Notes,
  noteMigrations,
} from './notes.ts'
