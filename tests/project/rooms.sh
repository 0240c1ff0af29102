# SPDX-License-Identifier: MIT
# Every #include obeys the arrows of MAP.md: a room sees the rooms its row names, through the one header
# that has the room's name; within a room anything goes; note sees libc alone; examples see limpid.h.
. "$(dirname "$0")/common.sh"

c_files src cli note examples | awk '
    # The rows of the table: | `room` | what it sees | what it is |
    FILENAME == "MAP.md" {
        if (split($0, cell, "|") >= 4 && cell[2] ~ /^ `[a-z]+` $/) {
            gsub(/[ `]/, "", cell[2])
            rooms[cell[2]] = 1
            gsub(/,/, " ", cell[3])
            sees[cell[2]] = " " cell[3] " "
        }
        next
    }
    { files[++count] = $0 }
    END {
        for (f = 1; f <= count; f++) {
            file = files[f]
            split(file, part, "/")
            room = part[1] == "src" ? part[2] : part[1]
            if (!(room in rooms) && room != "examples") {
                print file ": " room " has no row in MAP.md"
                continue
            }
            number = 0
            while ((getline line < file) > 0) {
                number++
                if (line !~ /^[ \t]*#[ \t]*include[ \t]+"/)
                    continue
                split(line, quoted, "\"")
                target = quoted[2]
                split(target, path, "/")
                where = file ":" number ": \"" target "\""
                if (target ~ /\.\./)
                    print where " climbs out of its folder"
                else if (target == "limpid.h") {
                    if (room == "note")
                        print where ": note sees libc alone"
                } else if (target !~ /\//) {
                    here = file
                    sub(/[^\/]*$/, target, here)
                    if ((getline ignored < here) < 0 && target != "onnx.pb-c.h")
                        print where " is not beside it"
                    close(here)
                } else if (path[1] == room)
                    continue
                else if (index(sees[room], " " path[1] " ") == 0)
                    print where ": " room " does not see " path[1]
                else if (target != path[1] "/" path[1] ".h")
                    print where ": another room is seen through " path[1] "/" path[1] ".h alone"
            }
            close(file)
        }
    }' MAP.md - | complain
finish "includes against the arrows of MAP.md"
