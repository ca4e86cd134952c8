-- SPDX-License-Identifier: BSD-2-Clause
--
-- Wireshark dissector for the S.O.S. recovery of Cisco SPA30x/SPA50x phones: the recovery messages
-- (UDP 4810 and 4811), and TFTP where Wireshark does not look for it (the phone's port 2000 and the
-- group 234.4.8.10). Bytes that are stale memory of the phone are shown as garbage, never as text.
--
--   tshark -X lua_script:spa-sos.lua -r capture.pcap -Y spasos
--
-- It describes frames; it does not say why a recovery failed: that is `spa-sos diagnose`.

local PHONE_PORT, PC_PORT, TFTP_PORT, TFTP_PHONE_PORT = 4810, 4811, 69, 2000
local PC_LENGTH, PHONE_LENGTH, TEXT_SIZE = 160, 100, 20
local GROUP = "234.4.8.10"
local WILDCARD = "FFFFFFFFFFFF"
local NAME_SENT_AT_MOST, NAME_SURVIVED = 63, 67 -- 68 characters damage the phone's heap

local REQUEST, REPLY, UPGRADE = 0, 1, 2
local operations = { [REQUEST] = "REQUEST", [REPLY] = "REPLY", [UPGRADE] = "UPGRADE" }

local spasos = Proto("spasos", "SPA S.O.S. recovery")

local f = {
    op = ProtoField.uint8("spasos.op", "Operation", base.DEC, operations),
    from_phone = ProtoField.bool("spasos.from_phone", "Sent by the phone"),
    magic = ProtoField.string("spasos.magic", "Magic", base.ASCII),
    serial = ProtoField.string("spasos.serial", "Serial number", base.ASCII),
    product = ProtoField.string("spasos.product", "Product", base.ASCII),
    mac = ProtoField.ether("spasos.mac", "MAC address"),
    software = ProtoField.string("spasos.software", "Software version", base.ASCII),
    hardware = ProtoField.string("spasos.hardware", "Hardware version", base.ASCII),
    ip = ProtoField.ipv4("spasos.ip", "IP address"),
    tftp_port = ProtoField.uint16("spasos.tftp_port", "TFTP port (announced)", base.DEC),
    file_name = ProtoField.string("spasos.file_name", "File name", base.ASCII),
    ignored = ProtoField.bytes("spasos.ignored", "Ignored by the phone"),
    garbage = ProtoField.bytes("spasos.garbage", "Garbage (stale memory)"),
    trailer = ProtoField.bytes("spasos.trailer", "Trailer"),
}
spasos.fields = f

local function expert(name, text, group, severity)
    return ProtoExpert.new("spasos." .. name, text, group, severity)
end
local ERROR, WARN, NOTE = PI_ERROR, PI_WARN, PI_NOTE
local e = {
    short = expert("short", "Too short for its fields", PI_MALFORMED, ERROR),
    bad_length = expert("bad_length", "Wrong length: the phone drops it", PI_MALFORMED, ERROR),
    heap_damage = expert("heap_damage", "More than 160 bytes: this damages the phone's heap",
        PI_PROTOCOL, ERROR),
    bad_magic = expert("bad_magic", "The magic is not RECM: the phone drops it", PI_MALFORMED,
        ERROR),
    bad_op = expert("bad_op", "This operation is not for this sender", PI_MALFORMED, ERROR),
    wrong_source_port = expert("wrong_source_port", "Wrong source port: the phone drops it",
        PI_PROTOCOL, ERROR),
    wrong_port = expert("wrong_port", "The phone sends from 4810 to 4811 only", PI_PROTOCOL, WARN),
    serial_unterminated = expert("serial_unterminated",
        "No NUL behind the serial number: the phone drops it", PI_MALFORMED, ERROR),
    serial_lower_case = expert("serial_lower_case",
        "Lower case letters: the phone compares byte by byte", PI_PROTOCOL, WARN),
    serial_is_mac = expert("serial_is_mac",
        "Looks like a MAC address: the serial number is another number", PI_PROTOCOL, WARN),
    wildcard_upgrade = expert("wildcard_upgrade",
        "UPGRADE to the wildcard: every phone on the segment starts", PI_PROTOCOL, WARN),
    port_not_used = expert("port_not_used",
        "The phone asks for the file on port 69, whatever port is announced", PI_PROTOCOL, NOTE),
    file_name_unterminated = expert("file_name_unterminated", "No NUL behind the file name",
        PI_MALFORMED, ERROR),
    file_name_empty = expert("file_name_empty", "The file name is empty", PI_PROTOCOL, WARN),
    file_name_too_long = expert("file_name_too_long",
        "File name of more than 67 characters: this damages the phone's heap", PI_PROTOCOL, ERROR),
    file_name_long = expert("file_name_long", "File name of more than 63 characters", PI_PROTOCOL,
        WARN),
    no_address = expert("no_address", "The phone has no address yet (DHCP)", PI_SEQUENCE, NOTE),
    reply_unterminated = expert("reply_unterminated", "The text fills its field", PI_PROTOCOL,
        NOTE),
}
local experts = {}
for _, one in pairs(e) do
    experts[#experts + 1] = one
end
spasos.experts = experts

-- A text field of `size` bytes, as far as it was captured: the text, and what follows its NUL as
-- `rest`. Returns the text, whether a NUL ends it, the tree item and the text's length in bytes; nil
-- if nothing of it is there.
local function add_text(tree, buffer, field, offset, size, rest)
    local there = math.min(size, buffer:len() - offset)
    if there <= 0 then
        return nil
    end
    local range = buffer(offset, there)
    local bytes = range:bytes()
    local length = 0
    while length < there and bytes:get_index(length) ~= 0 do
        length = length + 1
    end
    local text = length > 0 and buffer(offset, length):string() or ""
    local item = tree:add(field, buffer(offset, math.min(length + 1, there)), text)
    local left = there - length - 1
    if rest and left > 0 then
        tree:add(rest, buffer(offset + length + 1, left))
    end
    return text, length < there, item, length
end

local function add_bytes(tree, buffer, field, offset, length)
    if buffer:len() >= offset + length then
        return tree:add(field, buffer(offset, length))
    end
end

local function is_zero(range)
    local bytes = range:bytes()
    for i = 0, bytes:len() - 1 do
        if bytes:get_index(i) ~= 0 then
            return false
        end
    end
    return true
end

-- Bytes behind the last field; zeros, as a good sender has them, are not worth a line.
local function add_rest(tree, buffer, field, offset)
    if buffer:len() > offset and not is_zero(buffer(offset)) then
        tree:add(field, buffer(offset))
    end
end

-- Labels carry both numbers. Twelve hex digits may be a serial number (88019FA42805), but none that is
-- known begins with 00.
local function looks_like_mac(text)
    return text:match("^00%x%x%x%x%x%x%x%x%x%x$") or text:match("^%x%x[:-]%x%x[:-]%x%x[:-]") or
        text:match("^%x%x%x%x%.%x%x%x%x%.%x%x%x%x$")
end

local function judge_serial(item, serial, terminated)
    if not terminated then
        item:add_proto_expert_info(e.serial_unterminated)
    elseif looks_like_mac(serial) then
        item:add_proto_expert_info(e.serial_is_mac)
    elseif serial:match("%l") then
        item:add_proto_expert_info(e.serial_lower_case)
    end
end

local function dissect_reply(tree, buffer)
    local product = add_text(tree, buffer, f.product, 28, TEXT_SIZE)
    add_bytes(tree, buffer, f.mac, 48, 6)
    add_text(tree, buffer, f.software, 54, TEXT_SIZE, f.garbage)
    add_text(tree, buffer, f.hardware, 74, TEXT_SIZE, f.garbage)
    local ip = add_bytes(tree, buffer, f.ip, 94, 4)
    if ip and is_zero(buffer(94, 4)) then
        ip:add_proto_expert_info(e.no_address)
    end
    add_bytes(tree, buffer, f.trailer, 98, 2)
    return product and (" " .. product) or ""
end

local function judge_file_name(item, length, terminated, from_phone)
    if not terminated then
        item:add_proto_expert_info(e.file_name_unterminated)
    elseif length == 0 then
        item:add_proto_expert_info(e.file_name_empty)
    elseif length > NAME_SURVIVED then
        item:add_proto_expert_info(e.file_name_too_long)
    elseif length > NAME_SENT_AT_MOST and not from_phone then
        item:add_proto_expert_info(e.file_name_long)
    end
end

local function dissect_upgrade(tree, buffer, serial, from_phone, cut)
    local port = add_bytes(tree, buffer, f.tftp_port, 28, 2)
    if port and not from_phone and buffer(28, 2):uint() ~= TFTP_PORT then
        port:add_proto_expert_info(e.port_not_used)
    end
    local size = (from_phone and PHONE_LENGTH or PC_LENGTH) - 32
    local name, terminated, item, length = add_text(tree, buffer, f.file_name, 32, size,
        from_phone and f.garbage or nil)
    if not name then
        return ""
    end
    if terminated or not cut then
        judge_file_name(item, length, terminated, from_phone)
    end
    if not from_phone then
        add_rest(tree, buffer, f.ignored, 32 + length + 1)
        if serial == WILDCARD then
            tree:add_proto_expert_info(e.wildcard_upgrade)
        end
    end
    return " file " .. name
end

local function judge_frame(tree, buffer, pinfo, from_phone)
    if from_phone then
        if pinfo.src_port ~= PHONE_PORT then
            tree:add_proto_expert_info(e.wrong_port)
        end
    elseif pinfo.src_port ~= PC_PORT or pinfo.dst_port ~= PHONE_PORT then
        tree:add_proto_expert_info(e.wrong_source_port)
    end
    local length = buffer:reported_len()
    if length < 8 then
        tree:add_proto_expert_info(e.short)
    elseif length > PC_LENGTH and not from_phone then
        tree:add_proto_expert_info(e.heap_damage)
    elseif length ~= (from_phone and PHONE_LENGTH or PC_LENGTH) then
        tree:add_proto_expert_info(e.bad_length)
    end
end

function spasos.dissector(buffer, pinfo, root)
    local from_phone = pinfo.dst_port == PC_PORT
    local tree = root:add(spasos, buffer())
    local cut = buffer:len() < buffer:reported_len()
    pinfo.cols.protocol = "SPA-SOS"
    judge_frame(tree, buffer, pinfo, from_phone)
    tree:add(f.from_phone, from_phone):set_generated()
    if buffer:len() < 8 then
        pinfo.cols.info = string.format("recovery message of %d bytes", buffer:reported_len())
        return buffer:len()
    end

    local op = buffer(0, 1):uint()
    local op_item = tree:add(f.op, buffer(0, 1))
    if op ~= UPGRADE and op ~= (from_phone and REPLY or REQUEST) then
        op_item:add_proto_expert_info(e.bad_op)
    end
    if not is_zero(buffer(1, 3)) then
        tree:add(from_phone and f.garbage or f.ignored, buffer(1, 3))
    end
    local magic_item = tree:add(f.magic, buffer(4, 4))
    if buffer(4, 4):uint() ~= 0x5245434d then
        magic_item:add_proto_expert_info(e.bad_magic)
    end

    local serial, terminated, serial_item = add_text(tree, buffer, f.serial, 8, TEXT_SIZE)
    if serial and not from_phone and (terminated or not cut) then
        judge_serial(serial_item, serial, terminated)
    elseif serial and not terminated and not cut then
        serial_item:add_proto_expert_info(e.reply_unterminated)
    end
    local more = ""
    if op == REPLY then
        more = dissect_reply(tree, buffer)
    elseif op == UPGRADE then
        more = dissect_upgrade(tree, buffer, serial, from_phone, cut)
    elseif op == REQUEST and not from_phone then
        add_rest(tree, buffer, f.ignored, 28)
    end
    local name = operations[op] or string.format("operation %d", op)
    if op == UPGRADE and from_phone then
        name = "UPGRADE echo"
    end
    local info = string.format("%s %s%s", name, serial or "", more)
    pinfo.cols.info = info
    tree:append_text(", " .. info)
    return buffer:len()
end

local udp_ports = DissectorTable.get("udp.port")
udp_ports:add(PHONE_PORT, spasos)
udp_ports:add(PC_PORT, spasos)

-- TFTP on the phone's port 2000, which is nobody's TFTP port, and to the group, from any port.
local unusual = Proto("spasos_tftp", "TFTP of the S.O.S. recovery")
local tftp = Dissector.get("tftp")

local function is_tftp(buffer)
    if buffer:len() < 4 or buffer(0, 1):uint() ~= 0 then
        return false
    end
    local opcode = buffer(1, 1):uint()
    return opcode >= 1 and opcode <= 6
end

function unusual.dissector(buffer, pinfo, root)
    if not is_tftp(buffer) then
        return 0
    end
    tftp:call(buffer, pinfo, root)
    return buffer:len()
end

udp_ports:add(TFTP_PHONE_PORT, unusual)
unusual:register_heuristic("udp", function(buffer, pinfo, root)
    if tostring(pinfo.dst) ~= GROUP or not is_tftp(buffer) then
        return false
    end
    tftp:call(buffer, pinfo, root)
    return true
end)
