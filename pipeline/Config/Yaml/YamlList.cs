namespace Anneal.Pipeline.Config.Yaml;

internal sealed record YamlList(Origin Origin, IReadOnlyList<YamlNode> Items)
    : YamlNode(Origin, 1 + Items.Sum(i => i.Size), 1 + Items.Select(i => i.Height).DefaultIfEmpty(-1).Max())
{
    public YamlList With(int index, YamlNode item)
    {
        YamlNode[] items = [.. Items];
        items[index] = item;
        return new YamlList(Origin, items);
    }
}
