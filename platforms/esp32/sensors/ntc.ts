import { Adc } from "./adc.js"
import type { DriverOptions } from "./open.js"

const KELVIN = 273.15

/**
 * An NTC thermistor in a divider, at an analog pin. In the pattern of ECMA-419's drivers. The SDK's own takes the most
 * that the pin can measure for the supply voltage, which it is not on an ESP32.
 */
export default class Ntc {
  static readonly bus = "Analog"
  private readonly adc: Adc
  private readonly options: Record<string, number>
  private readonly upstream: boolean
  private readonly result = { temperature: 0 }

  /**
   * Of the sensor, besides what Adc has, in ESPHome's names: resistor (ohms, 10,000), configuration ("DOWNSTREAM": the
   * thermistor is between the pin and ground; "UPSTREAM"), referenceVoltage (the divider's supply, 3.3), and bConstant
   * (3950) with referenceResistance (10,000 ohms) at referenceTemperature (25 °C), or a, b and c of Steinhart and Hart.
   */
  constructor(options: DriverOptions) {
    this.options = {
      resistor: 10_000,
      referenceVoltage: 3.3,
      bConstant: 3950,
      referenceResistance: 10_000,
      referenceTemperature: 25,
      ...(options.sensor as object),
    }
    this.upstream = options.sensor.configuration === "UPSTREAM"
    this.adc = new Adc(options)
  }

  sample(): { temperature: number } {
    const { resistor, referenceVoltage, bConstant, referenceResistance, referenceTemperature, a, b, c } = this.options
    const volts = this.adc.volts()
    const ratio = volts / (referenceVoltage! - volts)
    const ohms = resistor! * (this.upstream ? 1 / ratio : ratio)
    const log = Math.log(ohms)
    const inverse = a === undefined ? Math.log(ohms / referenceResistance!) / bConstant! + 1 / (referenceTemperature! + KELVIN) : a + (b! + c! * log * log) * log
    const temperature = 1 / inverse - KELVIN
    if (!(temperature > -60 && temperature < 300)) throw new Error(`the thermistor has ${Math.round(ohms)} ohms`)
    this.result.temperature = temperature
    return this.result
  }

  close(): void {
    this.adc.close()
  }
}
