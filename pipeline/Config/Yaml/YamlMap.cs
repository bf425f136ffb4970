namespace Anneal.Pipeline.Config.Yaml;

internal sealed record YamlMap(Origin Origin, IReadOnlyList<YamlEntry> Entries)
    : YamlNode(Origin, 1 + Entries.Sum(e => e.Value.Size), 1 + Entries.Select(e => e.Value.Height).DefaultIfEmpty(-1).Max())
{
    public YamlNode? Find(string key)
    {
        foreach (YamlEntry entry in Entries)
        {
            if (entry.Key == key)
            {
                return entry.Value;
            }
        }

        return null;
    }

    public YamlMap With(YamlEntry entry)
    {
        List<YamlEntry> entries = [.. Entries];
        int index = entries.FindIndex(e => e.Key == entry.Key);
        if (index < 0)
        {
            entries.Add(entry);
        }
        else
        {
            entries[index] = entry;
        }

        return new YamlMap(Origin, entries);
    }
}
