/* Stand-in. */
#include "esp_err.h"
esp_err_t esp_wifi_stop(void);
