using Anneal.Pipeline.Config.Schema;

namespace Anneal.Pipeline.Config.Options;

/// <summary>Files to read rows from.</summary>
[OneOf(typeof(IdxOptions), typeof(CsvOptions), typeof(ImagesOptions), typeof(NpyOptions))]
internal abstract record SourceOptions
{
    /// <summary>These options with what they leave out taken over from others of the same kind, but for where the rows lie.</summary>
    /// <param name="other">The others.</param>
    /// <param name="isGiven">Whether a key of these was written.</param>
    public SourceOptions CompletedFrom(SourceOptions other, Func<string, bool> isGiven)
    {
        if (other.GetType() != GetType())
        {
            return this;
        }

        SourceOptions completed = this with { };
        foreach (OptionKey key in ValueShape.OfRecord(GetType()).Keys.Where(k => !k.IsRequired && !k.Key.IsPlace))
        {
            if (!isGiven(key.Key.Name) || key.Property.GetValue(this) is null)
            {
                key.Property.SetValue(completed, key.Property.GetValue(other));
            }
        }

        return completed;
    }
}
