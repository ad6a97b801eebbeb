/** `mqtt-xs/platform`, where it is made of its sources: see ../library-source.json. */
export * from "mqtt-xs/platforms/esp32/platform"
