import type {} from '@duffel/api'
import type { Airport, CabinClass, City, Offer, OfferSlice, OfferSliceSegment } from '@duffel/api/types'

// Flights as Duffel writes them: typed by its own client, and filled like the answers that its documentation shows.

let made = 0

/** `off_0000…`: a prefix, and 22 letters and digits. */
export const newId = (prefix: string): string => `${prefix}_0000A${(++made).toString(36).padStart(17, '0')}`

const city = (code: string, name: string, country: string): City => ({
  type: 'city',
  id: `cit_${code.toLowerCase()}_${country.toLowerCase()}`,
  iata_code: code,
  iata_country_code: country,
  name,
})

const airport = (
  code: string,
  name: string,
  cityName: string,
  country: string,
  zone: string,
  cityCode = code,
): Airport => ({
  type: 'airport',
  id: `arp_${code.toLowerCase()}_${country.toLowerCase()}`,
  iata_code: code,
  icao_code: `X${code}`,
  iata_city_code: cityCode,
  iata_country_code: country,
  name,
  city_name: cityName,
  city: cityCode === code ? null : city(cityCode, cityName, country),
  latitude: 0,
  longitude: 0,
  time_zone: zone,
})

const airports: Record<string, Airport> = {
  LHR: airport('LHR', 'Heathrow Airport', 'London', 'GB', 'Europe/London', 'LON'),
  JFK: airport('JFK', 'John F. Kennedy International Airport', 'New York', 'US', 'America/New_York', 'NYC'),
  ZRH: airport('ZRH', 'Zurich Airport', 'Zürich', 'CH', 'Europe/Zurich'),
  HND: airport('HND', 'Haneda Airport', 'Tokyo', 'JP', 'Asia/Tokyo', 'TYO'),
}

export const airportOf = (code: string): Airport =>
  airports[code] ??
  Object.values(airports).find(({ iata_city_code }) => iata_city_code === code) ??
  airport(code, `${code} Airport`, code, 'XX', 'UTC')

const airline = {
  id: 'arl_00009VME7D6ivUu8dn35WK',
  iata_code: 'ZZ',
  name: 'Duffel Airways',
  logo_symbol_url: null,
  logo_lockup_url: null,
  conditions_of_carriage_url: null,
}

interface Flight {
  from: Airport
  to: Airport
  date: string
  number: number
  cabin: CabinClass
  passengerIds: readonly string[]
}

function segment({ from, to, date, number, cabin, passengerIds }: Flight, hour: number): OfferSliceSegment {
  return {
    id: newId('seg'),
    origin: from,
    destination: to,
    origin_terminal: '2',
    destination_terminal: null,
    departing_at: `${date}T${String(hour).padStart(2, '0')}:25:00`,
    arriving_at: `${date}T${String(hour + 3).padStart(2, '0')}:05:00`,
    duration: 'PT02H40M',
    distance: '779.4',
    aircraft: { id: 'arc_00009VMF8AhXSSRnQDI6Hi', iata_code: '32N', name: 'Airbus A320neo' },
    marketing_carrier: airline,
    marketing_carrier_flight_number: String(number),
    operating_carrier: airline,
    operating_carrier_flight_number: String(number),
    stops: [],
    passengers: passengerIds.map((passenger_id) => ({
      passenger_id,
      cabin_class: cabin,
      cabin_class_marketing_name: 'Economy',
      fare_basis_code: 'Y20LGTN2',
      cabin: null,
      baggages: [
        { type: 'checked', quantity: 0 },
        { type: 'carry_on', quantity: 1 },
        { type: 'checked', quantity: 1 },
      ],
    })),
  }
}

export function slice(flight: Flight, connections = 0): OfferSlice {
  const hub = airportOf('ZRH')
  const stops = connections > 0 ? [flight.from, hub, flight.to] : [flight.from, flight.to]
  const segments = stops.slice(1).map((to, index) => {
    const leg = { ...flight, from: stops[index] as Airport, to, number: flight.number + index }
    return segment(leg, 8 + index * 5)
  })
  return {
    id: newId('sli'),
    origin: flight.from,
    origin_type: 'airport',
    destination: flight.to,
    destination_type: 'airport',
    duration: connections > 0 ? null : 'PT02H40M',
    fare_brand_name: 'Basic',
    segments,
    conditions: {
      change_before_departure: { allowed: true, penalty_amount: '40.00', penalty_currency: 'GBP' },
      refund_before_departure: null,
      advance_seat_selection: null,
      priority_boarding: null,
      priority_check_in: null,
    },
    ngs_shelf: null,
    comparison_key: '',
  }
}

interface OfferParts {
  slices: OfferSlice[]
  passengers: Offer['passengers']
  total: string
  currency: string
  lifetime: number
  canBeHeld: boolean
}

export function offer({ slices, passengers, total, currency, lifetime, canBeHeld }: OfferParts): Offer {
  const at = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString()
  return {
    id: newId('off'),
    live_mode: false,
    created_at: at(0),
    updated_at: at(0),
    expires_at: at(lifetime),
    total_amount: total,
    total_currency: currency,
    base_amount: total,
    base_currency: currency,
    tax_amount: null,
    tax_currency: null,
    owner: airline,
    slices,
    passengers,
    conditions: {
      refund_before_departure: { allowed: true, penalty_amount: '40.00', penalty_currency: 'GBP' },
      change_before_departure: { allowed: true, penalty_amount: null as never, penalty_currency: null as never },
    },
    payment_requirements: {
      requires_instant_payment: !canBeHeld,
      payment_required_by: canBeHeld ? at(3 * 86_400_000) : null,
      price_guarantee_expires_at: canBeHeld ? at(2 * 86_400_000) : null,
    },
    available_services: [],
    passenger_identity_documents_required: false,
    supported_passenger_identity_document_types: [],
    supported_loyalty_programmes: [],
    private_fares: [],
    partial: false,
    total_emissions_kg: '460.4',
  }
}
