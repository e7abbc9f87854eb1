export { type ContractSettings, contractTests, ofKeptData } from './contract-tests.ts'
export { type Protected, protectionTests } from './protection-tests.ts'
export { type ScriptedCall, sameAnswerTests } from './same-answer-tests.ts'
