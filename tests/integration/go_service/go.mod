module seep.dev/go_service

go 1.19
