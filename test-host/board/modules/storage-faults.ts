import { say, end, state } from "board-simulation"

/** Called before each write to flash: throws, or ends the boot in the middle of it. `erase` forgets the old value. */
export function checkWrite(erase: () => void): void {
  const fault = state.storage
  if (fault === "ok") return
  if (fault === "full") throw new Error("ESP_ERR_NVS_NOT_ENOUGH_SPACE")
  if (fault === "missing") erase()
  // For this once: power comes back.
  say({ passed: "storage" })
  end(83)
}
