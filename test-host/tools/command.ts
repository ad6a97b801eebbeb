/// <reference types="node" />
/** Runs a command's `main`, and ends the process with what it returns. What is wrong is told in one line. */
export async function command(main: () => number | Promise<number>): Promise<void> {
  try {
    process.exitCode = await main()
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
