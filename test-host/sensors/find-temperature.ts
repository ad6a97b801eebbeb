import type { Files } from "./files.js"
import { TemperatureSensor } from "./temperature.js"

/** Drivers of the processor's own thermometer, which says more than that of a disk. */
const PROCESSORS = ["coretemp", "k10temp", "zenpower", "cpu_thermal", "soc_thermal", "x86_pkg_temp"]

/**
 * The path of a file that says a temperature in thousandths of a degree, that of the processor if there is one;
 * undefined where this machine tells none, as most virtual ones. `root`: folder that stands in for /, for tests.
 */
export function findTemperature(files: Files, root = ""): string | undefined {
  const found = [
    ...devices(files, `${root}/sys/class/hwmon`, "name", (name) => name.startsWith("temp") && name.endsWith("_input")),
    ...devices(files, `${root}/sys/class/thermal`, "type", (name) => name === "temp"),
  ].filter(({ path }) => isReadable(files, path))
  return (found.find(({ driver }) => PROCESSORS.includes(driver)) ?? found[0])?.path
}

interface Device {
  driver: string
  path: string
}

function devices(files: Files, folder: string, nameFile: string, isValue: (name: string) => boolean): Device[] {
  return listed(files, folder).flatMap((device) => {
    const driver = textOf(files, `${folder}/${device}/${nameFile}`)
    return listed(files, `${folder}/${device}`)
      .filter(isValue)
      .map((name) => ({ driver, path: `${folder}/${device}/${name}` }))
  })
}

/** Some are there and can't be read: a sleeping Wi-Fi chip's, for one. */
function isReadable({ File }: Files, path: string): boolean {
  try {
    const sensor = new TemperatureSensor({ sensor: { io: File, path } })
    const { temperature } = sensor.sample()
    sensor.close()
    return temperature > -100 && temperature < 200
  } catch {
    return false
  }
}

function listed(files: Files, folder: string): string[] {
  try {
    return files.listDirectory(folder)
  } catch {
    return []
  }
}

function textOf(files: Files, path: string): string {
  try {
    return files.readText(path).trim()
  } catch {
    return ""
  }
}
