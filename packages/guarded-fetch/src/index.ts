export { isPublic } from './address.ts'
export {
  FetchFailed,
  FetchRefused,
  type GuardedFetchOptions,
  type GuardedResponse,
  guardedFetch,
} from './guarded-fetch.ts'
