# The pets of apispec's README, with the five usual operations.
import sys

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.yaml_utils import load_operations_from_docstring
from flask import Flask, jsonify, request
from marshmallow import Schema, ValidationError, fields, validate


class PetSchema(Schema):
    id = fields.Int(dump_only=True)
    name = fields.Str(required=True, validate=validate.Length(min=1, max=50))
    kind = fields.Str(required=True, validate=validate.OneOf(["cat", "dog", "bird"]))
    born = fields.Date()


class ErrorSchema(Schema):
    message = fields.Str(required=True)
    errors = fields.Dict()


spec = APISpec(title="Pets", version="1.0.0", openapi_version="3.0.3", plugins=[MarshmallowPlugin()])
spec.components.schema("Pet", schema=PetSchema)
spec.components.schema("Error", schema=ErrorSchema)
app = Flask(__name__)
schema = PetSchema()
pets = {}


@app.errorhandler(ValidationError)
def refuse(error):
    return jsonify(message="The input is not valid", errors=error.messages), 422


@app.errorhandler(400)
@app.errorhandler(404)
@app.errorhandler(405)
@app.errorhandler(413)
@app.errorhandler(415)
def answer_error(error):
    return jsonify(message=error.description), error.code


@app.get("/pets")
def list_pets():
    """
    ---
    get:
      operationId: listPets
      summary: List all pets
      parameters:
        - {in: query, name: kind, schema: {type: string, enum: [cat, dog, bird]}}
      responses:
        200:
          description: The pets
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}
        default:
          description: What was wrong
          content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
    """
    kind = request.args.get("kind")
    if kind not in (None, "cat", "dog", "bird"):
        raise ValidationError({"kind": ["Must be one of: cat, dog, bird."]})
    return jsonify(schema.dump([pet for pet in pets.values() if kind in (None, pet["kind"])], many=True))


@app.post("/pets")
def create_pet():
    """
    ---
    post:
      operationId: createPet
      summary: Add a pet
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
      responses:
        201:
          description: The new pet
          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
        default:
          description: What was wrong
          content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
    """
    pet = schema.load(request.get_json())
    pet["id"] = max(pets, default=0) + 1
    pets[pet["id"]] = pet
    return jsonify(schema.dump(pet)), 201, {"Location": f"/pets/{pet['id']}"}


@app.get("/pets/<int:pet_id>")
def read_pet(pet_id):
    """
    ---
    get:
      operationId: readPet
      summary: Read one pet
      parameters:
        - {in: path, name: pet_id, required: true, schema: {type: integer, minimum: 0}}
      responses:
        200:
          description: The pet
          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
        default:
          description: What was wrong
          content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
    """
    if pet_id not in pets:
        return jsonify(message="There is no such pet"), 404
    return jsonify(schema.dump(pets[pet_id]))


@app.delete("/pets/<int:pet_id>")
def delete_pet(pet_id):
    """
    ---
    delete:
      operationId: deletePet
      summary: Delete one pet
      parameters:
        - {in: path, name: pet_id, required: true, schema: {type: integer, minimum: 0}}
      responses:
        204:
          description: It is gone
        default:
          description: What was wrong
          content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
    """
    if pets.pop(pet_id, None) is None:
        return jsonify(message="There is no such pet"), 404
    return "", 204


paths = {}
for rule, view in [("/pets", list_pets), ("/pets", create_pet), ("/pets/{pet_id}", read_pet), ("/pets/{pet_id}", delete_pet)]:
    paths.setdefault(rule, {}).update(load_operations_from_docstring(view.__doc__))
for path, operations in paths.items():
    spec.path(path=path, operations=operations)


@app.get("/openapi.json")
def openapi():
    return jsonify(spec.to_dict())


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(sys.argv[1]), threaded=True)
