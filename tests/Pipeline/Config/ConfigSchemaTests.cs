using System.Reflection;
using System.Text.Json.Nodes;
using Anneal.Pipeline.Config;
using Anneal.Pipeline.Config.Options;
using Anneal.Pipeline.Config.Schema;

namespace Anneal.Tests.Pipeline.Config;

internal sealed class ConfigSchemaTests
{
    private static readonly Type[] s_records = [.. typeof(PipelinesFile).Assembly.GetTypes().Where(t => t.Namespace == typeof(PipelinesFile).Namespace && !t.IsEnum && !t.IsNested)];

    [Test]
    public void ToJson_EveryRecord_HasEveryKeyWithItsDoc()
    {
        JsonObject definitions = JsonNode.Parse(ConfigSchema.ToJson())!["$defs"]!.AsObject();
        foreach (Type record in s_records.Where(t => !t.IsAbstract && !t.IsDefined(typeof(BareAttribute))))
        {
            JsonNode definition = definitions[record.Name] ?? throw new AssertionException($"{record.Name} is missing");
            JsonNode body = definition["anyOf"]?.AsArray()[^1] ?? definition;
            Assert.That(body["additionalProperties"]!.GetValue<bool>(), Is.False, record.Name);
            foreach (KeyAttribute key in Keys(record))
            {
                Assert.That(body["properties"]![key.Name]!["description"]!.GetValue<string>(), Is.EqualTo(key.Doc), $"{record.Name}.{key.Name}");
            }
        }
    }

    [Test]
    public void ToJson_SomeKeys_CarryTypeRangeAndDefault()
    {
        JsonObject definitions = JsonNode.Parse(ConfigSchema.ToJson())!["$defs"]!.AsObject();

        Assert.That(definitions["TrainOptions"]!["properties"]!["batch"]!.ToJsonString(),
            Is.EqualTo("""{"anyOf":[{"const":"all"},{"const":"auto"},{"type":"integer","minimum":1,"maximum":1048576}],"description":"rows in a batch; auto is found by trying, before training","default":64}"""));
        Assert.That(definitions["TrainOptions"]!["properties"]!["engine"]!["enum"]!.ToJsonString(), Is.EqualTo("""["simd","ort"]"""));
        Assert.That(definitions["ValidateOptions"]!["properties"]!["batch_sizes"]!["default"]!.ToJsonString(), Is.EqualTo("""[1,7,64,"all"]"""));
        Assert.That(definitions["PipelineOptions"]!["required"]!.ToJsonString(), Is.EqualTo("""["task","data","model"]"""));
    }

    [Test]
    public void Records_EveryProperty_IsAKeyInSnakeCaseWithADoc()
    {
        foreach (Type record in s_records)
        {
            Assert.That(Keys(record), Has.Length.EqualTo(record.GetProperties().Length), $"{record.Name} has a property without [Key]");
            foreach (KeyAttribute key in Keys(record))
            {
                Assert.That(key.Name, Does.Match("^[a-z][a-z0-9_]*$"));
                Assert.That(key.Doc, Is.Not.Empty.And.Not.EndsWith("."), key.Name);
            }

            if (record.GetCustomAttribute<OneOfAttribute>() is OneOfAttribute kinds)
            {
                Assert.That(kinds.Kinds, Is.EquivalentTo(s_records.Where(t => t.IsSubclassOf(record) && !t.IsAbstract)), $"{record.Name} names all of its kinds");
                Assert.That(kinds.Kinds.Where(k => !k.IsDefined(typeof(KeyAttribute))), Is.Empty);
            }
        }
    }

    private static KeyAttribute[] Keys(Type record) => [.. record.GetProperties().Select(p => p.GetCustomAttribute<KeyAttribute>()).OfType<KeyAttribute>()];
}
