export { temporaryDatabase, temporaryFolder } from '@reference-plugins/store/temporary'
