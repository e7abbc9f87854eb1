import { fuzzTests } from '@reference-plugins/testing/fuzz'

fuzzTests(new URL('..', import.meta.url))
