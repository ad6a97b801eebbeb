/* ESP-IDF's functions: each prints that it was called, and what with. */
#include <stdio.h>
#include "esp_mac.h"
#include "esp_rom_crc.h"
#include "esp_sleep.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "esp_wifi.h"
#include "esp_driver_tsens/include/driver/temperature_sensor.h"
#include "board-stand-in.h"

struct hardware hardware = { .reason = 1, .heap = 123456, .celsius = 41.5 };
jmp_buf off;

/* Handles: any addresses will do. */
static char aUser, aSensor;

esp_reset_reason_t esp_reset_reason(void)
{
	return (esp_reset_reason_t)hardware.reason;
}

void esp_restart(void)
{
	puts("esp_restart");
	longjmp(off, 1);
}

uint32_t esp_get_free_heap_size(void)
{
	return hardware.heap;
}

esp_err_t esp_wifi_stop(void)
{
	puts("esp_wifi_stop");
	return 0x3001;
}

void esp_deep_sleep(uint64_t microseconds)
{
	printf("esp_deep_sleep %llu\n", (unsigned long long)microseconds);
	longjmp(off, 1);
}

esp_err_t esp_task_wdt_reconfigure(const esp_task_wdt_config_t *config)
{
	printf("esp_task_wdt_reconfigure %u ms, idle tasks %u, %s\n", config->timeout_ms, config->idle_core_mask, config->trigger_panic ? "panics" : "prints");
	return hardware.watchdogError;
}

esp_err_t esp_task_wdt_add_user(const char *name, esp_task_wdt_user_handle_t *handle)
{
	printf("esp_task_wdt_add_user %s\n", name);
	*handle = (esp_task_wdt_user_handle_t)&aUser;
	return ESP_OK;
}

esp_err_t esp_task_wdt_reset_user(esp_task_wdt_user_handle_t handle)
{
	puts(handle == (esp_task_wdt_user_handle_t)&aUser ? "esp_task_wdt_reset_user" : "esp_task_wdt_reset_user of another");
	return ESP_OK;
}

esp_err_t esp_read_mac(uint8_t *mac, esp_mac_type_t type)
{
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)(0xa0 + 0x11 * i);
	return type == ESP_MAC_WIFI_STA ? hardware.macError : -1;
}

/* CRC-32 as everyone's, bit by bit. */
uint32_t esp_rom_crc32_le(uint32_t crc, uint8_t const *bytes, uint32_t length)
{
	crc = ~crc;
	while (length--) {
		crc ^= *bytes++;
		for (int i = 0; i < 8; i++)
			crc = (crc >> 1) ^ (0xedb88320u & -(crc & 1));
	}
	return ~crc;
}

esp_err_t temperature_sensor_install(const temperature_sensor_config_t *config, temperature_sensor_handle_t *handle)
{
	printf("temperature_sensor_install %d to %d\n", config->range_min, config->range_max);
	*handle = (temperature_sensor_handle_t)&aSensor;
	return ESP_OK;
}

esp_err_t temperature_sensor_enable(temperature_sensor_handle_t handle)
{
	puts(handle == (temperature_sensor_handle_t)&aSensor ? "temperature_sensor_enable" : "temperature_sensor_enable of another");
	return ESP_OK;
}

esp_err_t temperature_sensor_disable(temperature_sensor_handle_t handle)
{
	(void)handle;
	puts("temperature_sensor_disable");
	return ESP_OK;
}

esp_err_t temperature_sensor_get_celsius(temperature_sensor_handle_t handle, float *celsius)
{
	(void)handle;
	*celsius = (float)hardware.celsius;
	return hardware.sensorError;
}
