namespace Anneal.Pipeline.Config.Yaml;

internal readonly record struct YamlEntry(string Key, Origin KeyOrigin, YamlNode Value);
