/* What only the board itself can do: restart, deep sleep, watchdog, RTC memory. ESP-IDF 6.0, Moddable SDK 8.2.3. */
#include "xsmc.h"
#include "xsHost.h"
#include "sdkconfig.h"
#include "esp_attr.h"
#include "esp_mac.h"
#include "esp_rom_crc.h"
#include "esp_sleep.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "esp_wifi.h"
#include "soc/soc_caps.h"
#if SOC_TEMP_SENSOR_SUPPORTED
#include "esp_driver_tsens/include/driver/temperature_sensor.h"
#endif

#if !CONFIG_ESP_TASK_WDT_EN
#error "The watchdog is not configured: copy the lines of platforms/esp32/board/sdkconfig/sdkconfig.defaults to the one in your SDKCONFIGPATH."
#endif

static void check(xsMachine *the, esp_err_t error, const char *what)
{
	if (error)
		xsUnknownError("%s: ESP-IDF's error 0x%x", what, (int)error);
}

void mqttxs_restartReason(xsMachine *the)
{
	static const char *const reasons[] = {
		[ESP_RST_POWERON] = "power-on",
		[ESP_RST_EXT] = "external",
		[ESP_RST_SW] = "software",
		[ESP_RST_PANIC] = "panic",
		[ESP_RST_INT_WDT] = "watchdog",
		[ESP_RST_TASK_WDT] = "watchdog",
		[ESP_RST_WDT] = "watchdog",
		[ESP_RST_DEEPSLEEP] = "deep-sleep",
		[ESP_RST_BROWNOUT] = "brown-out",
		[ESP_RST_SDIO] = "external",
		[ESP_RST_USB] = "external",
		[ESP_RST_JTAG] = "external",
		[ESP_RST_PWR_GLITCH] = "brown-out",
		[ESP_RST_CPU_LOCKUP] = "panic",
	};
	unsigned int reason = (unsigned int)esp_reset_reason();
	const char *text = reason < sizeof(reasons) / sizeof(reasons[0]) ? reasons[reason] : NULL;
	xsmcSetString(xsResult, (char *)(text ? text : "unknown"));
}

void mqttxs_restart(xsMachine *the)
{
	(void)the;
	esp_restart();
}

void mqttxs_deepSleep(xsMachine *the)
{
	double milliseconds = xsmcToNumber(xsArg(0));
	if (!(milliseconds >= 0 && milliseconds <= UINT32_MAX))
		xsRangeError("deepSleep: 0 to 4294967295 milliseconds are possible");
	esp_wifi_stop();    /* Fails where Wi-Fi never ran. */
	esp_deep_sleep((uint64_t)milliseconds * 1000);
}

/*
 * The SDK feeds the task watchdog on behalf of its task in every turn of its loop, also of one in which no timer fires
 * any more, and while the debugger holds it. Ours is an entry of its own, which only feedWatchdog feeds.
 */
static esp_task_wdt_user_handle_t watchdog;

void mqttxs_startWatchdog(xsMachine *the)
{
	xsIntegerValue milliseconds = xsmcToInteger(xsArg(0));
	if (milliseconds < 1000 || milliseconds > 3600000)
		xsRangeError("startWatchdog: 1000 to 3600000 milliseconds are possible");
	esp_task_wdt_config_t config = { .timeout_ms = (uint32_t)milliseconds, .trigger_panic = true };
	check(the, esp_task_wdt_reconfigure(&config), "startWatchdog");
#ifndef mxDebug
	if (!watchdog)
		check(the, esp_task_wdt_add_user("mqtt-xs", &watchdog), "startWatchdog");
#endif
}

void mqttxs_feedWatchdog(xsMachine *the)
{
	(void)the;
	if (watchdog)
		esp_task_wdt_reset_user(watchdog);
}

/* Not initialized by any start: after power-on it holds anything. A restart in the middle of a write leaves it torn. */
static RTC_NOINIT_ATTR struct {
	uint32_t checksum;
	uint32_t length;
	uint8_t bytes[1024];
} rtc;

static uint32_t rtc_checksum(void)
{
	return esp_rom_crc32_le(rtc.length, rtc.bytes, rtc.length);
}

void mqttxs_readRtc(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue room;
	xsmcGetBufferWritable(xsArg(0), &bytes, &room);
	xsmcSetInteger(xsResult, 0);
	if (rtc.length > sizeof(rtc.bytes) || rtc.checksum != rtc_checksum())
		return;
	if (rtc.length > room)
		xsRangeError("readRtc: the buffer is too short; 1024 bytes always suffice");
	c_memcpy(bytes, rtc.bytes, rtc.length);
	xsmcSetInteger(xsResult, (xsIntegerValue)rtc.length);
}

void mqttxs_writeRtc(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue length;
	xsmcGetBufferReadable(xsArg(0), &bytes, &length);
	if (length > sizeof(rtc.bytes))
		xsRangeError("writeRtc: RTC memory takes 1024 bytes at most");
	rtc.length = length;
	c_memcpy(rtc.bytes, bytes, length);
	rtc.checksum = rtc_checksum();
}

void mqttxs_chipTemperature(xsMachine *the)
{
#if SOC_TEMP_SENSOR_SUPPORTED
	static temperature_sensor_handle_t sensor;
	temperature_sensor_config_t range = TEMPERATURE_SENSOR_CONFIG_DEFAULT(-10, 80);
	float celsius = 0;
	if (!sensor)
		check(the, temperature_sensor_install(&range, &sensor), "chipTemperature");
	check(the, temperature_sensor_enable(sensor), "chipTemperature");
	esp_err_t error = temperature_sensor_get_celsius(sensor, &celsius);
	temperature_sensor_disable(sensor);
	check(the, error, "chipTemperature");
	xsmcSetNumber(xsResult, celsius);
#else
	(void)the;
#endif
}

void mqttxs_freeHeap(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)esp_get_free_heap_size());
}

void mqttxs_macAddress(xsMachine *the)
{
	uint8_t mac[6];
	char text[13];
	check(the, esp_read_mac(mac, ESP_MAC_WIFI_STA), "macAddress");
	c_snprintf(text, sizeof(text), "%02x%02x%02x%02x%02x%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	xsmcSetString(xsResult, text);
}
