import { tracingChannel } from 'node:diagnostics_channel'
import type { MessageEvent, OperationEvent, RequestEvent } from '@reference-plugins/telemetry/events'

// Anyone may subscribe to these. Publishers check `hasSubscribers` first, so that they cost nothing otherwise.

export const requestChannel = tracingChannel<unknown, RequestEvent>('reference-plugins:request')
export const operationChannel = tracingChannel<unknown, OperationEvent>('reference-plugins:operation')
export const messageChannel = tracingChannel<unknown, MessageEvent>('reference-plugins:message')
