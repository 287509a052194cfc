# nginx compiles every source with $(CC) $(CFLAGS); C++ needs its own flags, object by object.
for room in $personalize_rooms; do
    cat << END >> $NGX_MAKEFILE

$NGX_OBJS/addon/$room/%.o: CFLAGS += -std=c++20 -fvisibility=hidden -Wno-missing-field-initializers $PERSONALIZE_CXXFLAGS
END
done

for chunk in $personalize_lua; do
    cat << END >> $NGX_MAKEFILE

$NGX_OBJS/addon/rules/$chunk.lua.inc: $ngx_addon_dir/module/rules/$chunk.lua $ngx_addon_dir/module/rules/embed
	sh $ngx_addon_dir/module/rules/embed $ngx_addon_dir/module/rules/$chunk.lua > \$@.new && mv \$@.new \$@
END
done
