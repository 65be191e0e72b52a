module seep.dev/driver

go 1.19
