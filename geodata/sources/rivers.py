"""Which segments of World Data Bank II are which river: the data itself carries no names."""

from __future__ import annotations

GREAT = {"Amu Darya", "Harirud", "Helmand", "Indus", "Kabul", "Kunar", "Panj"}
"""Rivers of the first rank."""

WHOLE_NAMES = {"Amu Darya", "Farah Rud", "Harirud", "Khash Rud", "Panj", "Pishin Lora"}
"""Names that already say river, or stand alone; "River" is added to the others."""

BANKS = {"Indus"}
"""Rivers whose lower course the source draws with both banks: no length can be read from it."""

SEGMENTS: dict[str, list[int]] = {
    "Amu Darya": [
        1001, 1002, 1020, 1021, 1022, 1041, 1042, 1043, 1083, 1084, 1085, 1086, 1129, 1130, 1131,
        1132, 1179, 1180, 1181, 1182, 1227, 1228,
    ],
    "Panj": [1183, 1184, 1185, 1133, 1134, 1186, 1229, 1231, 1188, 1230],
    "Indus": [
        1419, 1382, 1381, 1380, 1329, 1328, 1276, 1275, 1272, 1271, 1269, 1327, 1379, 1378, 1417,
        1459, 1456, 1489, 1491, 1530, 19072, 1587, 1585, 10,
    ],
    "Kabul": [10179, 10181, 10182, 10184, 10186, 10187, 10188],
    "Kunar": [10183, 10185, 10045, 10044, 9948, 9950],
    "Alingar": [18721, 18672],
    "Kurram": [18772, 18773, 18832, 18833],
    "Gomal": [18828, 18831, 18903, 18830, 10391, 10392, 10487],
    "Zhob": [10576, 10577, 10578, 10486],
    "Pishin Lora": [18980, 19064, 19066, 19063],
    "Dori": [18901, 18898],
    "Tarnak": [18770, 18824],
    "Ghazni": [10286, 10390],
    "Arghandab": [10284, 10388, 10387, 18899, 10481, 10480],
    "Tirin": [18768, 18821, 18820],
    "Helmand": [
        4470, 4469, 4468, 4526, 4525, 4524, 4572, 4571, 4630, 4675, 4674, 4673, 4672,
    ],
    "Khash Rud": [10282, 10385, 10384, 10479, 10478],
    "Farah Rud": [10175, 10281, 10280, 10383, 10382, 10381],
    "Harirud": [10177, 10174, 10171, 10170, 10169, 10167, 10168, 10034, 10033],
    "Murghab": [10176, 10038, 10173, 10039, 10037, 10036, 10035, 9939],
    "Kushk": [18661],
    "Balkh": [18719, 18717, 18668, 18596, 18599],
    "Kunduz": [10178, 10180, 10042, 10043, 9940, 9824],
    "Kokcha": [9946, 9944, 9829, 9945, 9942, 9827],
    "Gilgit": [1232, 1233, 1234, 1273],
    "Hunza": [1235],
    "Wakhan": [9949, 9951, 9832],
    "Pamir": [1187, 1189],
}  # fmt: skip
