import type { Row } from "./report.js"
export async function clientRows(): Promise<Row[]> { return [] }
