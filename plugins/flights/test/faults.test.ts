import { faultTests } from '@reference-plugins/testing/faults'
import { flightsSubject } from './faults-subject.ts'

faultTests(flightsSubject)
