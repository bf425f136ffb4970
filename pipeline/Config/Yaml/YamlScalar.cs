namespace Anneal.Pipeline.Config.Yaml;

internal sealed record YamlScalar(Origin Origin, string Text, bool IsPlain) : YamlNode(Origin, 1, 0);
